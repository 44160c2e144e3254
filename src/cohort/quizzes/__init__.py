"""Quizzes and mock exams, and what they say about the exam."""
