roles = Roles
roles-matrix = Lo que da cada rol: acciones por roles
roles-show = Mostrar roles
roles-all = Todos
roles-people = Para personas
roles-programs = Para programas
roles-own = Propios
roles-own-one = propio
roles-own-text = Creado por esta organización.
roles-allowed = permitido
roles-sensitive = permitido, pide presencia
roles-no = no
roles-one = Rol
roles-none = Aquí no hay roles de este tipo.
roles-holders = { $count ->
    [0] Nadie lo tiene aquí.
    [one] Una persona lo tiene aquí.
   *[other] { $count } personas lo tienen aquí.
  }
roles-gives = { $count ->
    [one] Da una acción.
   *[other] Da { $count } acciones.
  }
roles-make = Crear un rol
roles-made = El rol está creado
roles-name = Nombre
roles-name-hint = Como se diría normalmente: Turno de noche.
roles-what = Lo que da
roles-standard-only = solo roles estándar
roles-not-held = usted no lo tiene aquí
roles-no-change = Todavía no cambia nada.
roles-change = Cambiar
roles-change-title = Cambiar lo que da { $name }
roles-changed = El cambio vale de inmediato
roles-effect = { $count ->
    [one] Vale de inmediato para la única persona que lo tiene.
   *[other] Vale de inmediato para las { $count } personas que lo tienen.
  }
roles-kept = Lo que eligió sigue aquí.
roles-remove = Quitar
roles-remove-title = ¿Quitar el rol { $name }?
roles-remove-text = Un rol que alguien tiene no se puede quitar. Nadie pierde nada con esto.
roles-removed = El rol ya no está
