/* SPDX-License-Identifier: MIT */
/* A toy: it has no flags of its own. */
