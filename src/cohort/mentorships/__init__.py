"""Proposals that await answers, and the mentorships that accepted ones become."""
