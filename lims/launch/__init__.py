"""Starts the servers that `make run` and `make test` bring along. Needs no Django and no settings.

words        what is said to people, and the one refusal
accounts     which system account the servers run under (root hands them to nobody)
programs     where the PostgreSQL and Valkey programs are
folder       the data folder: place, owner, file system, lock
processes    one child process: start, watch, stop, what a killed start left behind
postgres     the embedded PostgreSQL
valkey       the embedded Valkey or Redis
network      port, addresses, QR code
lab          one lab's data folder, keys and servers together
static       built assets and collected static files, by a stamp
backup       a copy of the lab while it runs, and the way back
"""
