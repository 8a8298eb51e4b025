jobs = Trabajos
jobs-all = Todos
jobs-what = Trabajo
jobs-progress = Progreso
jobs-done = Hecho
jobs-of = por hacer
jobs-failed = Con error
jobs-failed-word = con error
jobs-went = con éxito
jobs-to-do = por hacer
jobs-untouched = sin tocar
jobs-by = Iniciado por
jobs-started = Inicio
jobs-ended = Fin
jobs-reason = Motivo
jobs-organization = Organización
jobs-group = Grupo
jobs-id = Identificador del trabajo
jobs-about = Datos
jobs-working = En curso
jobs-finished = Terminado
jobs-left = quedan aproximadamente { $time }
jobs-leave = Puede dejar esta página: el servidor sigue por sí mismo, también tras un reinicio.
jobs-stop = Detener
jobs-retry = { $count ->
    [one] Reintentar el que falló
   *[other] Reintentar los { $count } fallidos
  }
jobs-failures = { $count ->
    [one] Uno falló
   *[other] { $count } fallaron
  }
jobs-csv = Descargar los fallidos como CSV
jobs-csv-gathering = Reuniendo lo que falló
jobs-csv-done = { $count ->
    [one] Hay una línea en el archivo
   *[other] Hay { $count } líneas en el archivo
  }
jobs-said = Hechos: { $done }; fallidos: { $failed }
jobs-none = Aún no hay trabajos
jobs-none-text = Lo que se hace con muchos dispositivos a la vez es un trabajo: reclamar e instalar una orden de trabajo entera, o una revocación.
jobs-state-waiting = En espera
jobs-state-running = En curso
jobs-state-stopping = Deteniéndose
jobs-state-stopped = Detenido
jobs-state-done = Hecho
jobs-kind-claim = Reclamar
jobs-kind-install = Instalar
jobs-kind-suspend = Suspender
jobs-kind-resume = Reanudar
jobs-kind-revoke = Revocar
jobs-kind-retire = Retirar
jobs-kind-group = Mover a un grupo
jobs-title-claim = { $count ->
    [one] Reclamar un dispositivo
   *[other] Reclamar { $count } dispositivos
  }
jobs-title-install = { $count ->
    [one] Instalar un dispositivo
   *[other] Instalar { $count } dispositivos
  }
jobs-title-suspend = { $count ->
    [one] Suspender un dispositivo
   *[other] Suspender { $count } dispositivos
  }
jobs-title-resume = { $count ->
    [one] Reanudar un dispositivo
   *[other] Reanudar { $count } dispositivos
  }
jobs-title-revoke = { $count ->
    [one] Revocar un dispositivo
   *[other] Revocar { $count } dispositivos
  }
jobs-title-retire = { $count ->
    [one] Retirar un dispositivo
   *[other] Retirar { $count } dispositivos
  }
jobs-title-group = { $count ->
    [one] Mover un dispositivo a un grupo
   *[other] Mover { $count } dispositivos a un grupo
  }
