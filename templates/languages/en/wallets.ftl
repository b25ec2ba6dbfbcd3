# One's own wallet, history and receipts.

wallets-wallet = Wallet
wallets-your-wallet = Your wallet
wallets-balance = Balance
wallets-you-have = You have
wallets-frozen = Your wallet is frozen.
wallets-frozen-meaning = Nothing can be sent or received until an operator unfreezes it.
wallets-frozen-reason = Reason: { $reason }
wallets-send = Send
wallets-receive = Receive
wallets-lately = Lately
wallets-nothing-lately = Nothing has come or gone yet. When someone pays you, it appears here.
wallets-whole-history = The whole history

# What an entry was, seen by the one who looks.
wallets-received = Received
wallets-sent = Sent
wallets-issued = Issued
wallets-from-community = From the community
wallets-to-community = To the community
wallets-given-back = Given back

# Read aloud before an amount.
wallets-entry-received = received
wallets-entry-sent = sent
wallets-entry-through = through { $client }
wallets-entry-balance = balance { $balance }

wallets-history = History
wallets-filter = Filter
wallets-filter-words = Words in the note
wallets-filter-direction = Direction
wallets-filter-both = In and out
wallets-filter-in = In
wallets-filter-out = Out
wallets-filter-kind = Kind
wallets-filter-every-kind = Every kind
wallets-filter-members = Between members
wallets-filter-from = From day
wallets-filter-to = To day
wallets-filter-least = At least
wallets-filter-most = At most
wallets-filter-one-wallet = With one wallet only:
wallets-filter-show = Show
wallets-filter-show-all = Show everything
wallets-nothing-yet-found = Nothing here matches yet.
wallets-look-back = Look further back
wallets-nothing-matches = Nothing matches.
wallets-nothing = Nothing has come or gone yet.
wallets-older = Older
wallets-that-is-all = That is everything.

wallets-receipt = Receipt
wallets-paid = Paid.
wallets-paid-to = { $name } has it now.
wallets-from = From
wallets-to = To
wallets-when = When
wallets-sent-through = Sent through
wallets-note = Note
wallets-note-optional = (if you like)
wallets-balance-after = Your balance after it
wallets-gives-back = Gives back
wallets-earlier-payment = an earlier payment
wallets-proof = Proof
wallets-proof-number = Number in the ledger
wallets-proof-id = Id
wallets-proof-place = Place in the chain
wallets-proof-place-waits = waits to be chained
wallets-proof-checkpoint = Checkpoint
wallets-proof-covered = covered by a signed checkpoint
wallets-proof-waits = waits for the next checkpoint
wallets-proof-meaning = The signed receipt is a small file that anyone can check with the community's public key, without asking us.
wallets-proof-download = Download the receipt
wallets-give-it-back = Give it back
wallets-how-much = How much
wallets-give-back-most = Up to { $amount } of it can still be given back to { $name }.
wallets-give-back = Give back
wallets-to-history = Back to the history
