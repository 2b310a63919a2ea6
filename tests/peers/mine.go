package main

// What the recipe in Go calls "yours".

import "errors"

type Buddy struct {
	first uint64
	used  []uint
}

func NewBuddy(first, pages uint64, top uint) (*Buddy, error) {
	if pages > 5000 {
		return nil, errors.New("too many pages")
	}
	return &Buddy{first, make([]uint, pages)}, nil
}

func (b *Buddy) Alloc(order uint) (uint64, bool) {
	size := uint64(1) << order
	for page := (b.first + size - 1) / size * size; page+size <= b.first+uint64(len(b.used)); page += size {
		block := b.used[page-b.first : page-b.first+size]
		if !taken(block) {
			for each := range block {
				block[each] = order + 1
			}
			return page, true
		}
	}
	return 0, false
}

func (b *Buddy) Free(page uint64, order uint) error {
	at := page - b.first
	if at >= uint64(len(b.used)) || b.used[at] != order+1 {
		return errors.New("no such block")
	}
	clear(b.used[at : at+uint64(1)<<order])
	return nil
}

func taken(block []uint) bool {
	for _, owner := range block {
		if owner != 0 {
			return true
		}
	}
	return false
}
