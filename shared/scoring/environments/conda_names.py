"""What conda's packages are called on the Python package index, and which are no Python at all."""

import re

# Where the names differ. Everything else is called the same.
PIP_NAMES = {
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "opencv": "opencv-python-headless",
    "py-lightgbm": "lightgbm",
    "py-opencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "pyqt": "pyqt5",
    "pytables": "tables",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "ruamel-yaml": "ruamel-yaml",
    "tensorflow-base": "tensorflow",
    "tensorflow-eigen": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
}

_NATIVE_WORDS = (
    "arrow-cpp arrow-cpp-proc aws-sdk-cpp binutils blas blosc boost-cpp bzip2 c-ares "
    "ca-certificates cairo clang cmake compilers cpuonly cuda cudatoolkit cudatoolkit-dev cudnn "
    "curl cyrus-sasl dbus expat ffmpeg fftw fontconfig freetype fribidi gcc geos gettext gflags "
    "gfortran giflib git glib glog gmp gnutls graphite2 graphviz grpc-cpp gst-plugins-base "
    "gstreamer gxx harfbuzz hdf5 icu intel-openmp jemalloc jpeg jq keyutils krb5 lame lcms2 "
    "ld-impl-linux-64 ld-impl-linux-aarch64 ld64 lerc llvm-openmp lz4-c lzo magma make mkl "
    "mkl-devel mkl-fft mkl-include mkl-random mkl-service mpc mpfr mpi mpich mysql nccl ncurses "
    "nettle ninja-base nodejs nomkl nspr nss numpy-base openblas openh264 openjdk openjpeg "
    "openldap openmp openmpi openssl orc pandoc pango pcre pcre2 perl pixman pkg-config proj "
    "python-abi pytorch-cuda pytorch-mutex qt qt-main re2 readline s2n sleef snappy sox sqlite "
    "tbb tbb4py tk tzdata ucx unixodbc unzip utf8proc vc vs2015-runtime wget x264 x265 xz yaml "
    "yaml-cpp zeromq zlib zlib-ng zstd "
)
_NATIVE = frozenset(_NATIVE_WORDS.split())
# Underscores in front have become a hyphen: these names are canonical.
_NATIVE_PATTERN = re.compile(
    r"^(?:-|lib(?!cst$|rosa$|sass$|linear-official$|archive-c$|tmux$|clang$)|cuda-|r-|xorg-|fonts?-"
    r"|gcc-|gxx-|gfortran-|binutils-|sysroot-|aws-c-|nvidia-cuda)"
)


def is_native(canonical_name: str) -> bool:
    """Whether the package is a library or a tool that is no Python package."""
    if canonical_name in PIP_NAMES:
        return False
    return canonical_name in _NATIVE or bool(_NATIVE_PATTERN.match(canonical_name))
