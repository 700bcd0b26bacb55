"""Work orders (Annex 5) looked at closely: what a sheet says of each stage, whether that can be, and how long the matters took."""
