"""Choose the sentence of an abstract that says what a paper does."""
