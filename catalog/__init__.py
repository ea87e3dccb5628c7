"""What is sold: sellers, brands, products, their photos and offers. Knows nothing of tagging."""
