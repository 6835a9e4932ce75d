"""The pipeline's steps, a verb a module. Each takes one stage's record and answers the next."""
