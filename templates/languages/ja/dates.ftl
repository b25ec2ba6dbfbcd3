# 日付と時刻

date-weekday = { $weekday ->
    [1] 月曜日
    [2] 火曜日
    [3] 水曜日
    [4] 木曜日
    [5] 金曜日
    [6] 土曜日
   *[7] 日曜日
}
date-weekday-short = { $weekday ->
    [1] 月
    [2] 火
    [3] 水
    [4] 木
    [5] 金
    [6] 土
   *[7] 日
}
date-month = { $month ->
    [1] 1月
    [2] 2月
    [3] 3月
    [4] 4月
    [5] 5月
    [6] 6月
    [7] 7月
    [8] 8月
    [9] 9月
    [10] 10月
    [11] 11月
   *[12] 12月
}
date-month-short = { date-month }
date-day = { $year }年{ date-month }{ $day }日 { date-weekday }
date-moment = { $year }年{ date-month }{ $day }日 { $time }
date-span = { $from } ～ { $to }
date-bucket-hour = { $year }年{ date-month }{ $day }日 { $time }
date-lately = { $month }/{ $day } { $time }
date-bucket-day = { $year }年{ date-month }{ $day }日（{ date-weekday-short }）
date-bucket-week = { $year }年{ date-month }{ $day }日からの1週間
date-bucket-month = { $year }年{ date-month }
date-short-day = { $month }/{ $day }
date-short-month = { $year }/{ $month }
