# Programs that act for a member.

clients-title = Programs that act for you
clients-lead = A program, such as a chat bot, acts for you only if you allow it here. What it pays is marked with its name in your history, what it reads is counted in your data, and you can stop it at any time.
clients-number = Its number:
clients-can = It can:
clients-scope-transfers-write = pay and give back from your wallet
clients-scope-wallet-read = see your balance and history
clients-scope-activities-write = write down what you took part in
clients-scope-statistics-read = see the community's statistics
clients-revoked = Your operators have revoked it: it acts for nobody.
clients-allowed-since = Allowed since { $when }.
clients-not-allowed = It does not act for you.
clients-stop = Stop { $name }
clients-allow = Allow { $name }
clients-none = This community has no such program.
clients-naming = How programs name you
clients-naming-lead = Whoever sets a program up for you may ask for this:
clients-naming-no-secret = It is no secret: a program can do nothing with it that you have not allowed.
clients-to-profile = Back to your profile
