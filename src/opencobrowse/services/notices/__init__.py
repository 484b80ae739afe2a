"""What is told to channels of what was committed."""
