"""What stands in the README of an export."""

from __future__ import annotations

GUIDE = """# Obligations

{files} files for {obligations} obligations; {closed} of these are literally true, and have no file.

A file is SMT-LIB 2.6, logic QF_UFBV: named hypotheses `h1`, `h2`, ..., then `goal`, which is the sentence
denied.  The answer to it is **unsat**; with the line of `goal` removed it is **sat**, so the hypotheses are
those of some state, and the proof says something.

With any solver that reads SMT-LIB (z3, cvc5, bitwuzla), this prints the files that are not as they should be:

```sh
for f in obligations/*.smt2; do [ "$(z3 "$f")" = unsat ] || echo "$f"; done
```

From a checkout, `python -m specs recheck DIR` asks all three, with the goal and without it.

## What is in a file

A page is a bit vector of 64, a page's label one of 10: its kind (3 bits: 0 outside, 1 free, 2 live, 4 in the
hands of the running function), its migratetype (3 bits) and the order of its block (4 bits).

| name | is |
|---|---|
| `B0` | the label of each page before the call: who owns it |
| `M0` | the label under which a block that starts at the page is listed; 0 if none is |
| `B1`, `B2`, `Bc`, `Bs` (`M1`, ...) | the same in later states: after a call, in a loop, after `Spans.add` |
| `p`, `start`, `end` | the arguments |
| `head1`, `witness1`, `cursor` | pages that the run met: a list's head, some page of a range, the loop's |
| `q`, `s`, `t`, `y` | any page at all |
| `mt`, `END` | any migratetype; the page below which the zone's pages are |
| `all_free` | whether all pages of a block are free |

## index.json

`files` has a line for each file: its SHA-256, the number of its hypotheses, how many obligations rest on
it, and `claims`, which says of each whose it is: `theorem`, `function`, `order`, `max_order`, `to_tail`,
`path` (the answers to what the code asked, in order, and how the call ended; null for a lemma) and `says`.
`closed` lists the obligations that are literally true, such as that a refusal, which made no change, made
none.  `theorems` has the number of obligations of each.

{impossible} files are `impossible`: they show that no state walks a path, since a decision on it cannot fall
as it did after those before, or since what its calls answered does not go together: then the goal denies the
last of it, and other paths of the same call are walked.  An obligation that used just that has no file of its
own, for its hypotheses would contradict each other; it is listed under the file that shows the path to be
impossible.

The same code and options give the same bytes, so `diff -r` compares two exports.
"""
