"""The outside world for development: Meta's Graph API, and a phone on which a person plays the customers.

A process of its own (`python -m apps.simulator`) that imports no other app and that no other app imports. The Graph API
lives under `/<version>/`, what tests and demos steer it with under `/control/`, the phone page at `/`.
"""
