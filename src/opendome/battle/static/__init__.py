"""The static problem: all rounds are given out at once, each used once, with a proof."""
