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
layout-operate = Operate
layout-news = What is new
layout-unread = { $count } unread
layout-no-connection = No connection
layout-last-seen = You had
layout-last-seen-meaning = This is what your wallet held then. What has come and gone since is shown when you are connected again.
layout-unreachable = The community cannot be reached from here just now. Nothing of yours is lost.
layout-try-again = Try again
layout-again = Sign in once more
layout-again-why = You signed in a while ago. Before you change anything here, show once more that it is you.
layout-again-do = Sign in again
layout-signed-in-as = Signed in as { $name }
layout-sign-out = Sign out
layout-language = Language
layout-docs = For programs: the API
layout-to-start = Back to the start
layout-request-id = If this stays, tell an operator this number:

role-member = member
role-operator = operator
role-auditor = auditor
