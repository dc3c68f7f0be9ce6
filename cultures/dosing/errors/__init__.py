"""What the dose ladders refuse: each a sentence that says what is wrong and what to do next."""
