"""
Partner shops: registered or filed, their services and published prices, tills and bank account.

Owns: shops, their bank accounts, services and devices. A shop is proposed by an import and works
only after somebody else approved it; an approver suspends and reopens it. A till is an enrolled
device that speaks for its shop alone.

Laws: no bank account is paid that one person alone entered, and a changed one is paid only after
three more days; a published price is a dated row, and on any day there is one; of codes and tokens
only hashes are kept.
"""
