# 支払い。

transfers-send = 送る
transfers-nothing-sent = 何も送られていません。
transfers-to-whom = 送る相手
transfers-name = 名前
transfers-find-name = 名前で探す
transfers-find = 探す
transfers-nobody = まだほかにだれもいません。
transfers-nobody-found = 名前に「{ $q }」を含む人はいません。
transfers-hint-pool = 共同の財布
transfers-hint-chosen = 選んだ相手
transfers-hint-lately = 最近の相手
transfers-hint-member = メンバー
transfers-how-much = 金額
transfers-you-have = 残高は { $balance } です。
transfers-note = メモ
transfers-note-optional = （任意。相手にも見えます）
transfers-continue = 次へ
transfers-confirm = 確認
transfers-is-this-right = これでよろしいですか？
transfers-to = { $name } さんへ
transfers-have-now = 今の残高
transfers-will-have = 送った後の残高
transfers-wallet = ウォレット
transfers-just-sent = 数分前に、{ $name } さんへ同じ金額を送っています。もう一度送るつもりのときだけ、続けてください。
transfers-send-it = 送る
transfers-change = 変更する
