"""What a product can do wrong: one table of names, and how real answers are changed accordingly on their way.

faults         the table of names, shared with the studio
scenario       which faults, of which tasks, how often
choosing       which order or file is hit
task_lies      what answers say about a task
file_lies      what is in a file, and how it is sent
media/         the files themselves
transport      puts it all between the library and the product, or the tape
"""
