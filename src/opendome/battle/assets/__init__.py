"""Which assets to hold: rounds are given to threats so that least asset value is lost."""
