# The shell around every page.
#
# Words of ours, kept to throughout:
#   token          what members hold and pay with; the community gives it its own name and sign
#   wallet         where a member's tokens are
#   balance        how many are in it
#   pay, send      to move tokens to someone; give back: to return what was received
#   issue          to make new tokens
#   distribute     to hand tokens out to members
#   pool           the community's own wallet
#   circulation    what members hold
#   freeze         to stop a wallet for a time
#   operator       who runs the community; auditor: who sees everything and changes nothing
#   checkpoint     the signed state of the whole ledger

layout-skip = Skip to the content
layout-main = Main
layout-wallet = Wallet
layout-send = Send
layout-history = History
layout-statistics = Statistics
layout-profile = Profile
layout-signed-in-as = Signed in as { $name }
layout-sign-out = Sign out
layout-language = Language
layout-docs = For programs: the API
layout-to-start = Back to the start
layout-request-id = If this stays, tell an operator this number:

role-member = member
role-operator = operator
role-auditor = auditor
