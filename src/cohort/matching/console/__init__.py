"""What an organiser works with on a round's page: its pairs as a table, and every pair's price."""
