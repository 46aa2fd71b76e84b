"""What the answers amount to, on screen and on paper."""
