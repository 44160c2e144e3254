"""Spreadsheets and rule files, read with forgiveness and refused by row and column."""
