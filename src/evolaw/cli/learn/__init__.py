"""``evolaw learn``: networks that learn a law from recordings (`command`), and what is said of them (`answers`)."""
