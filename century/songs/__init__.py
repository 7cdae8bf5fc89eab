"""From the bytes of the file to tables of songs: fetched or made, read, labelled, split and normalized."""
