//! One test binary; this list says what is tested where.

mod exhaustive;
mod model;
