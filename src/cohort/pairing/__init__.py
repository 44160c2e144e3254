"""From a pool of people to pairs with reasons, and to what an organiser may ask of them."""
