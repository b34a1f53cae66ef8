"""The grammar of injections: classes of words, a table for each language, and the rules that join them."""
