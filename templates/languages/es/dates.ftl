# Días y horas.

date-weekday = { $weekday ->
    [1] lunes
    [2] martes
    [3] miércoles
    [4] jueves
    [5] viernes
    [6] sábado
   *[7] domingo
}
date-weekday-short = { $weekday ->
    [1] lun
    [2] mar
    [3] mié
    [4] jue
    [5] vie
    [6] sáb
   *[7] dom
}
date-month = { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
}
date-month-short = { $month ->
    [1] ene
    [2] feb
    [3] mar
    [4] abr
    [5] may
    [6] jun
    [7] jul
    [8] ago
    [9] sep
    [10] oct
    [11] nov
   *[12] dic
}
date-day = { date-weekday }, { $day } de { date-month } de { $year }
date-moment = { $day } de { date-month } de { $year }, { $time }
date-span = { $from } – { $to }
date-bucket-hour = { $day } { date-month-short } { $year }, { $time }
date-lately = { $day } { date-month-short }, { $time }
date-bucket-day = { date-weekday-short }, { $day } { date-month-short } { $year }
date-bucket-week = Semana del { $day } { date-month-short } { $year }
date-bucket-month = { date-month } de { $year }
date-short-day = { $day } { date-month-short }
date-short-month = { date-month-short } { $year }
