# すべてのページの枠。
#
# このコミュニティのことば（いつも同じものを使います）
#   token          トークン（名前と記号はコミュニティごとに決まります）
#   wallet         ウォレット
#   balance        残高
#   pay, send      支払う・送る／give back: 返す
#   issue          発行する・発行
#   distribute     配る・配布
#   pool           共同の財布
#   circulation    メンバーの手元
#   freeze         凍結
#   operator       運営者／auditor: 監査人／member: メンバー
#   checkpoint     チェックポイント（台帳全体に署名したもの）
#   ledger         台帳／chain: つながり
#   passkey        パスキー／recovery code: 復旧コード
#   community      コミュニティ
# です・ます調で書きます。

layout-skip = 本文へ進む
layout-main = メインメニュー
layout-wallet = ウォレット
layout-send = 送る
layout-history = 履歴
layout-statistics = 統計
layout-profile = マイページ
layout-operate = 運営
layout-overview = 概要
layout-members = メンバー
layout-distribute = 配布
layout-transactions = 取引
layout-accounts = 口座
layout-invitations = 招待
layout-audit = 操作記録
layout-webhooks = Webhook
layout-consents = 承認
layout-alerts = 警告
layout-program = プログラム
layout-why = 理由
layout-read-by = 運営者と監査人が操作記録で読みます。記録はずっと残ります。
layout-do-it = 実行する
layout-leave-it = このままにする
layout-news = お知らせ
layout-unread = 未読 { $count } 件
layout-no-connection = 接続がありません
layout-last-seen = そのときの残高
layout-last-seen-meaning = そのときウォレットにあった残高です。その後の出入りは、接続が戻ると表示されます。
layout-unreachable = 今はここからコミュニティにつながりません。あなたのものは何も失われていません。
layout-try-again = もう一度試す
layout-again = もう一度ログインしてください
layout-again-why = ログインしてから時間がたっています。ここで変更する前に、もう一度ご本人であることを確認します。
layout-again-do = もう一度ログインする
layout-signed-in-as = { $name } としてログイン中
layout-sign-out = ログアウト
layout-language = 言語
layout-docs = プログラム用：API
layout-to-start = 最初のページへ
layout-request-id = 直らないときは、この番号を運営者に伝えてください：
layout-written = 書いた内容（写しておけます）
layout-form-kept = このフォームは期限が切れていたため、何も行われていません。入力した内容は残っています。もう一度確かめて続けてください。

role-member = メンバー
role-operator = 運営者
role-auditor = 監査人

# 印刷したページの下に。
layout-page-of = { $community } · { $page } / { $count } ページ
