# 統計。

statistics-title = 統計
statistics-where = どこにあるか
statistics-where-bar = メンバーに { $members } パーセント、共同の財布に { $pool } パーセント
statistics-with-members = メンバーの手元
statistics-in-pool = 共同の財布
statistics-issued = 発行の合計
statistics-adds-up = メンバーの手元と共同の財布の合計は、発行した数とぴったり一致しています。失われたトークンも、勝手に増えたトークンもありません。
statistics-does-not-add-up = 合計が合いません。すぐに運営者に知らせてください。
statistics-members = メンバー
statistics-members-holding = うち、ウォレットに残高がある人
statistics-nothing = まだ動きはありません。トークンが配られ、支払われると、どれだけあり、どう動き、だれが参加し、どう行き渡っているかが、ここに表示されます。
statistics-time = 期間
statistics-view-hours = 24時間
statistics-view-days = 30日
statistics-view-weeks = 26週
statistics-view-months = 12か月
statistics-view-all = 最初から
statistics-view-earlier = ← 前へ
statistics-view-later = 次へ →
statistics-vouched = 確かさの証明
statistics-vouched-up-to = 署名済みの取引番号
statistics-vouched-when = 日時
statistics-vouched-head = つながりの先頭
statistics-vouched-meaning = チェックポイントは、台帳全体を6行にまとめて署名したものです。1つ保管しておけば、後で何かが書き換えられていないかを示せます。
statistics-vouched-download = チェックポイントをダウンロード
statistics-public-key = 公開鍵
statistics-vouched-none = チェックポイントはまだありません。
statistics-counted = { $when } に台帳から数えました。
statistics-numbers-below = 数値は下の表にあります。
statistics-download = 表計算用にダウンロード
statistics-back = 統計に戻る

statistics-says = { $when }：{ $what }
statistics-count-says = { $when }：{ $count } 件、{ $volume }
statistics-hour-of-week = { date-weekday } { $time }

statistics-sentences = { $first }{ $second }
statistics-from = 開始
statistics-how-many = 件数
statistics-moved = 動いた額

statistics-supply = 全体の量
statistics-supply-lead = この期間の終わりまでの発行の合計：{ $issued }
statistics-supply-says = { $when }：メンバーの手元 { $members }、共同の財布 { $pool }
statistics-supply-empty = そのときまでに発行はありません。
statistics-supply-note = 各区間の終わり（最後の区間は今）に数えています。そのつど、メンバーの手元と共同の財布を合計し、発行した数と比べています。
statistics-supply-table = 各区間の終わりのトークン
statistics-sums-up = 一致

statistics-payments = メンバーどうしの支払い
statistics-payments-lead = メンバーどうしで { $paid } を支払いました。
statistics-payments-pace = この調子だと、1トークンが1年に { $times } 回持ち主を変えます。
statistics-payments-empty = この期間に支払いはありません。
statistics-payments-note = 持ち主を変える回数は、メンバーどうしの支払いを、平均して手元にあった量で割ったものです。
statistics-payments-table = メンバーどうしで支払った額
statistics-paid = 支払い
statistics-held-on-average = 平均の手元量
statistics-changed-hands = 持ち主が変わった回数
statistics-changed-hands-yearly = 1年あたり

statistics-transactions = すべての種類の取引
statistics-transactions-lead = { $count } 件の取引で { $volume } が動きました。
statistics-transactions-before = { $count ->
    [0] その前の同じ長さの期間には、取引はありませんでした。
   *[other] その前の同じ長さの期間には、{ $count } 件で { $volume } でした。
}
statistics-transactions-empty = この期間に取引はありません。
statistics-transactions-table = 取引の推移
statistics-kinds-table = 意味ごとの取引
statistics-kind = 意味
statistics-kind-issuance = 発行
statistics-kind-distribution = メンバーへの配布
statistics-kind-transfer = メンバーどうしの支払い
statistics-kind-pool = 共同の財布への支払い
statistics-average = 平均
statistics-median = 中央値

statistics-active = 参加しているメンバー
statistics-active-lead = { $total } 人のメンバーのうち、取引した人は直近7日で { $week } 人、30日で { $month } 人、90日で { $quarter } 人です。
statistics-active-says = { $when }：{ $total } 人中 { $active } 人
statistics-active-empty = この期間に取引した人はいません。
statistics-active-note = 取引とは、だれかに支払うこと、またはメンバーから支払いを受けることです。配布は数えません。
statistics-active-table = 取引した人、参加した人、退会した人
statistics-traded = 取引
statistics-joined = 参加
statistics-left = 退会
statistics-returned = 復帰
statistics-cohorts-table = ある月に参加した人のうち、後で取引した人の割合
statistics-joined-in = 参加した月
statistics-that-month = その月
statistics-next-month = 翌月
statistics-after-2 = 2か月後
statistics-after-3 = 3か月後
statistics-after-6 = 6か月後

statistics-spread = 行き渡り方
statistics-spread-lead = 最も多く持つ1割のメンバーが、全トークンの { $share } を持っています。真ん中のメンバーの残高は { $median }。ジニ係数は { $gini } です。
statistics-spread-empty = まだだれも持っていません。
statistics-spread-note = 曲線は、持ち分の少ないメンバーから順に、合わせてどれだけ持っているかを表します。直線なら全員が同じ量です。空のウォレットも数えます。選んだ期間にかかわらず、今の状態です。
statistics-poorest = 少ない人
statistics-richest = 多い人
statistics-tenths-table = メンバーを少ない順に10等分したときの持ち分
statistics-tenth = 順位層
statistics-holds = 持ち分
statistics-with-those-before = 累計
statistics-holders-table = 残高の多い順
statistics-place = 順位
statistics-who = 名前
statistics-share = 割合

statistics-hours = 支払いの多い時間帯
statistics-hours-lead = { $day } までの90日間で支払いが最も多かったのは、{ date-weekday }の { $time } からの1時間で、{ $count } 回です。
statistics-hours-empty = この90日間に支払いはありません。
statistics-hours-note = コミュニティの時計による時間帯ごとの90日分です。色が濃いほど支払いが多い時間です。
statistics-hours-table = 曜日と時間帯ごとの支払い
statistics-day = 曜日
statistics-hour = 時

statistics-accounts = コミュニティ自身の口座
statistics-accounts-lead = 入ったもの、配ったもの、残っているもの。
statistics-accounts-table = 期間全体の各口座
statistics-movements-table = 区間ごとの各口座
statistics-account = 口座
statistics-account-before = 期首
statistics-account-after = 期末
statistics-account-at-end = 区間末
statistics-account-issued = 発行
statistics-account-from-members = メンバーから
statistics-account-from-accounts = 口座から
statistics-account-distributed = 配布
statistics-account-to-accounts = 口座へ

statistics-forecast = これからの見通し
statistics-forecast-lead = これまでの動きを、その傾向と週や年の波にそって延ばした見積もりです。人が実際にどうするかは、だれにもわかりません。それぞれの下に、以前どれだけ外れたかを示します。
statistics-ahead-days = 14日
statistics-ahead-weeks = 8週
statistics-ahead-months = 6か月
statistics-circulation = メンバーの手元の量
statistics-ahead-expected = { $when }：およそ { $value }。5回に4回は { $lower } から { $upper } の間です。
statistics-ahead-better = 過去の時点からの見通しは平均 { $off } 外れました。「何も変わらない」とした場合は { $unchanged } です。
statistics-ahead-no-better = 過去の時点からの見通しは平均 { $off } 外れました。「何も変わらない」とした場合（{ $unchanged }）より良くはないので、参考程度にご覧ください。
statistics-ahead-says = { $when }：{ $lower } ～ { $upper }
statistics-ahead-table = 見込みとその幅
statistics-ahead-value = 見込み
statistics-ahead-lower = 下限
statistics-ahead-upper = 上限
statistics-ahead-missing-days = 見通しを立てるには、まだ早すぎます。コミュニティが始まってから丸 { $over } 日で、あと { $missing } 日必要です。
statistics-ahead-missing-weeks = 見通しを立てるには、まだ早すぎます。コミュニティが始まってから丸 { $over } 週で、あと { $missing } 週必要です。
statistics-ahead-missing-months = 見通しを立てるには、まだ早すぎます。コミュニティが始まってから丸 { $over } か月で、あと { $missing } か月必要です。
statistics-ahead-none = これまでになく、これからも見込まれません。
