# Paying.

transfers-send = Send
transfers-nothing-sent = Nothing was sent.
transfers-link-unpayable = This link cannot be paid as it is.
transfers-to-whom = To whom
transfers-name = Name
transfers-find-name = Find a name
transfers-find = Find
transfers-nobody = Nobody else is here yet.
transfers-nobody-found = Nobody has “{ $q }” in their name.
transfers-hint-pool = The community's pool
transfers-hint-chosen = Chosen
transfers-hint-favourite = Favourite
transfers-hint-lately = Lately
transfers-hint-member = Member
transfers-how-much = How much
transfers-you-have = You have { $balance }.
transfers-note = Note
transfers-note-optional = (if you like; both of you see it)
transfers-continue = Continue
transfers-confirm = Confirm
transfers-is-this-right = Is this right?
transfers-to = to { $name }
transfers-have-now = You have now
transfers-will-have = You will have
transfers-wallet = Wallet
transfers-just-sent = You sent the same to { $name } a few minutes ago. Send again only if you mean to.
transfers-send-it = Send it
transfers-change = Change something

# Where somebody who was refused can go on.
transfers-too-few = You do not have that many: you have { $balance }, and { $missing } more are needed.
transfers-ask-for = Ask somebody for { $missing }
transfers-own-frozen = Your wallet is frozen, so nothing can be sent. It works again once an operator has unfrozen it.
transfers-see-reason = See the reason on your wallet
transfers-their-frozen = Their wallet is frozen at present. It works again once an operator has unfrozen it; or choose somebody else.
transfers-they-left = They have left the community and can no longer be paid. Choose somebody else.
transfers-too-many = Their wallet cannot hold that many. Choose a smaller amount.
transfers-to-oneself = This is your own wallet. Choose someone else, or show this link to whoever wants to pay you.
transfers-your-code = Your code to be paid by
transfers-no-wallet = There is no wallet at this address: the link may not be complete. Ask for it again, or choose by name.
