//! What a migration did to types, routines, schemas and extensions that were there before.

use super::Reading;
use crate::error::Result;
use crate::model::effect::{Effect, Size};
use crate::postgres::effects::{self, Routine, Type};

impl Reading<'_> {
    pub(super) fn types(&mut self) -> Result<()> {
        for (oid, old) in &self.was.types {
            match self.after.types.get(oid) {
                Some(new) => {
                    self.renamed(&old.kind, &old.place, &new.place);
                    self.values(old, new);
                }
                // Made anew under the same name, it may have fewer values.
                None => match effects::type_at(self.session, &old.place)? {
                    Some(new) => self.lost_values(old, &new),
                    None => self.gone(&old.kind, old.place.name(), Size::default()),
                },
            }
        }
        Ok(())
    }

    /// Values that only the older of two enums has, where the newer took its place.
    pub(super) fn lost_values(&mut self, old: &Type, new: &Type) {
        let data_type = new.place.name();
        for value in old.values.iter().filter(|value| !new.values.contains(value)) {
            let lost = Effect::ValueDropped { data_type: data_type.clone(), value: value.clone() };
            // Several columns can change over to it.
            if !self.effects.contains(&lost) {
                self.effects.push(lost);
            }
        }
    }

    fn values(&mut self, old: &Type, new: &Type) {
        for (id, value) in old.value_ids.iter().zip(&old.values) {
            let now = new.value_ids.iter().position(|known| known == id).and_then(|at| new.values.get(at));
            if let Some(to) = now.filter(|now| *now != value) {
                let (data_type, value, to) = (new.place.name(), value.clone(), to.clone());
                self.effects.push(Effect::ValueRenamed { data_type, value, to });
            }
        }
    }

    pub(super) fn routines(&mut self) -> Result<()> {
        for (oid, old) in &self.was.routines {
            match self.after.routines.get(oid) {
                Some(new) => self.renamed(&old.kind, &old.place, &new.place),
                None => self.replaced(old)?,
            }
        }
        Ok(())
    }

    /// A routine is gone; another one may take its calls.
    fn replaced(&mut self, old: &Routine) -> Result<()> {
        let others = effects::routines_at(self.session, &old.place)?;
        let mut others = others.iter().filter(|new| new.kind == old.kind);
        if others.clone().any(|new| new.signature.takes_calls_of(&old.signature)) {
            return Ok(());
        }
        let name = format!("{}({})", old.place.name(), old.signature.types);
        match others.find(|new| new.signature.type_ids == old.signature.type_ids) {
            Some(new) => {
                let (kind, from, to) = (old.kind.clone(), old.signature.words(), new.signature.words());
                self.effects.push(Effect::SignatureNarrowed { kind, name, from, to });
            }
            None => self.gone(&old.kind, name, Size::default()),
        }
        Ok(())
    }

    pub(super) fn containers(&mut self) {
        for (oid, old) in &self.was.containers {
            let (kind, name) = (old.kind.clone(), old.name.clone());
            match self.after.containers.get(oid) {
                Some(new) if new.name != name => self.effects.push(Effect::Renamed { kind, name, to: new.name.clone() }),
                Some(_) => {}
                None => self.gone(&kind, name, Size::default()),
            }
        }
    }
}
