fleet = Flota
fleet-all = Dispositivos
fleet-online = En línea
fleet-stale = Atrasados
fleet-offline = Desconectados
fleet-never = Nunca oídos
fleet-held-back = Retenidos
fleet-sites = { $count ->
    [one] en un emplazamiento
   *[other] en { $count } emplazamientos
  }
fleet-stale-note = tarde para su propio ritmo
fleet-offline-note = callados desde hace más
fleet-never-note = no han enviado nada
fleet-held-note = lotes por decidir
fleet-silent = nunca oído
fleet-serial = Dispositivo
fleet-freshness = Conexión
fleet-site = Emplazamiento
fleet-model = Modelo
fleet-state = Vida
fleet-group = Grupo
fleet-held = Retenidos
fleet-seen = Visto
fleet-search = Buscar dispositivos
fleet-any-site = Cualquier emplazamiento
fleet-any-model = Cualquier modelo
fleet-any-group = Cualquier grupo
fleet-with-held = Con algo retenido
fleet-of-order = Del pedido { $id }
fleet-count = { $count ->
    [one] un dispositivo
   *[other] { $count } dispositivos
  }
fleet-found = { $count ->
    [0] Ningún dispositivo encaja.
    [one] Encaja un dispositivo.
   *[other] Encajan { $count } dispositivos.
  }
fleet-clear = Quitar filtros
fleet-none-fit = Ningún dispositivo encaja
fleet-none-fit-text = Quite un filtro o busque menos.
fleet-empty = Aún no hay dispositivos
fleet-empty-text = Los dispositivos aparecen aquí cuando se adoptan para su organización. Lo hace quien tiene ese derecho.
fleet-empty-may = Los dispositivos vienen de la orden de un fabricante: impórtela, adopte sus dispositivos e instálelos en un emplazamiento.
fleet-begin = Aquí aún no hay nada
fleet-begin-text = Los primeros pasos llevan de una organización a la primera lectura. Son unos minutos, y siguen donde se dejaron.
fleet-nowhere = Aún no está en ninguna organización
fleet-nowhere-text = Pida un rol a quien administra a las personas; entonces aquí estará lo que puede ver.
fleet-selected = { $count } elegidos
fleet-select-all = Elegir los { $count }
fleet-deselect = Ninguno
fleet-bulk = Qué hacer con los dispositivos elegidos
fleet-bulk-more = Más
fleet-views = Vistas
fleet-view-save = Guardar esta vista…
fleet-view-text = Los filtros y el orden de este momento, con un nombre. Las vistas se guardan solo en este navegador; para compartir una, envíe su dirección.
fleet-view-name = Nombre
fleet-view-saved = { $name } está guardada
fleet-view-remove = Quitar { $name }
fleet-find-project = proyecto
fleet-find-site = emplazamiento
fleet-said = { $count ->
    [one] Ha cambiado un dispositivo
   *[other] Han cambiado { $count } dispositivos
  }
