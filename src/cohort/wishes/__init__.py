"""Whom people would like as a mentor or mentee, and who may find them."""
