health = Salud
health-looked = Comprobado
health-checks = Comprobaciones
health-all = Todo está como debe
health-some = { $count ->
    [one] Una cosa pide atención
   *[other] { $count } cosas piden atención
  }
health-bad = { $count ->
    [one] Hay que hacer una cosa ahora
   *[other] Hay que hacer { $count } cosas ahora
  }
health-state-ok = bien
health-state-warn = mírelo
health-state-bad = actúe ya
health-check-messages = Mensajes
health-check-disk = Disco
health-check-certificates = Certificados
health-check-clock = Reloj
health-check-database = Base de datos
health-check-readings = Lecturas
health-check-journal = Diario
health-devices = Dispositivos conectados
health-behind = Lecturas atrasadas
health-behind-note = { $bytes } en la cola
health-leaves = Diario
health-last = última entrada { $time }
health-answer = La base responde en
health-outbox = Mensajes en espera
health-dead = { $count ->
    [one] uno abandonado
   *[other] { $count } abandonados
  }
health-free = Disco libre
health-of = de { $total }
health-server = Este servidor
health-version = Versión
health-since = En marcha desde
health-clock = Su reloj
health-clock-off = { $time } de diferencia con el de este navegador
health-clock-same = como el de este navegador
health-root = Raíz del diario
health-database = Base de datos
health-database-embedded = incluida
health-database-postgres = PostgreSQL
health-authority = Autoridad del servidor hasta
health-expiring = Certificados de dispositivos que terminan en 14 días
