# 支払い。

transfers-send = 送る
transfers-nothing-sent = 何も送られていません。
transfers-link-unpayable = このリンクのままでは支払えません。
transfers-to-whom = 送る相手
transfers-name = 名前
transfers-find-name = 名前で探す
transfers-find = 探す
transfers-nobody = まだほかにだれもいません。
transfers-nobody-found = 名前に「{ $q }」を含む人はいません。
transfers-hint-pool = 共同の財布
transfers-hint-chosen = 選んだ相手
transfers-hint-favourite = お気に入り
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

# できなかったときの、次の手がかり。
transfers-too-few = 残高が足りません。残高は { $balance } で、あと { $missing } 必要です。
transfers-ask-for = だれかに { $missing } を頼む
transfers-own-frozen = あなたのウォレットは凍結されているため、送ることができません。運営者が解除すると、また使えます。
transfers-see-reason = ウォレットで理由を見る
transfers-their-frozen = 相手のウォレットは今、凍結されています。運営者が解除すると使えます。または、別の相手を選んでください。
transfers-they-left = 相手はコミュニティを退会したため、もう支払えません。別の相手を選んでください。
transfers-too-many = 相手のウォレットに入る量を超えています。もっと少ない金額にしてください。
transfers-to-oneself = これはあなた自身のウォレットです。別の相手を選ぶか、このリンクをあなたに支払いたい人に見せてください。
transfers-your-code = あなたの受け取り用コード
transfers-no-wallet = このアドレスにウォレットはありません。リンクが途中で切れているかもしれません。もう一度もらうか、名前で選んでください。
