//! One test binary; this list says what is tested where.
mod model;
