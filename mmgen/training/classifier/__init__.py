"""Training the fusion classifier, in the environment that has Keras."""
