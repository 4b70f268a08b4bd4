"""The product graph's model: who belongs together, told by a latent vector for each product."""
