"""Recordings of what a product answered, and their replay without the product.

    record   network ◄── RecordingTransport ──► journal ──(at the end)──► masked, scanned, written as a tape
    replay   tape ──► Reel ──► ReplayTransport, with a VirtualClock in the place of the machine's

It sits beside `http` and implements its `Transport`; nothing here knows tasks, files or data.
"""
