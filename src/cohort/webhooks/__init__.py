"""Telling other systems what happens in a cohort: webhooks as Standard Webhooks has them."""
