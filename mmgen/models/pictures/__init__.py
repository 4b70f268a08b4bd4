"""Pictures drawn from noise and the fusion model's latent: generator, discriminator, losses, augmentation."""
