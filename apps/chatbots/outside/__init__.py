"""What each kind of outside work does. A doer asks the database first, then calls out, then may ask it again."""
