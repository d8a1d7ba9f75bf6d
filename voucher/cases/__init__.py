"""
The inbox of what a person must decide.

Owns: cases. Written only through `open_case`; the decision belongs to the domain concerned, which
closes the case. One case a question: the same question again opens nothing new.
"""
