"""The pages that clerks, engineers and staff sit in front of: server-rendered, one stylesheet, no outside host."""
