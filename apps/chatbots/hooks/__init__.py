"""Addresses for the company's other systems: its bank says that a charge is paid, its shop that a cart was left."""
